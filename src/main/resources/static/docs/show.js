SwaggerUIBundle({
  url: "openapi.yaml",
  dom_id: "#contract",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // Otherwise a service elsewhere would be asked whether the contract is valid.
  validatorUrl: null,
});
