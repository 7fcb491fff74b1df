/**
 * The REST door: who may come in, and what is answered. What it takes and gives is written down in
 * {@code openapi/caravan.yaml}, from which everything here follows.
 *
 * <p>A request passes the filters of security, which know the scope of each call ({@link dev.caravan.api.Calls}) and put
 * its {@link dev.caravan.api.Caller} beside it; is sealed, so that nothing a caller wrote can steer a route
 * ({@link dev.caravan.api.SealedRequest}); and enters {@code routes/intake/rest.camel.yaml} under the id of its operation.
 * There {@code rest-call} makes it a record of ours ({@link dev.caravan.api.ApiRequest}), calls
 * {@code direct:<operationId>}, and answers.
 *
 * <p>An operation is an entry below {@code rest:} and a route of steps. A step is a bean of a configuration here, named as
 * the route names it. It asks {@code ApiRequest.of(exchange)} for what the caller sent, with {@code JsonBody} for an
 * object in the body; leaves what the next step needs in the message's body; and the last one says
 * {@code ApiAnswer.json(…).to(exchange)}, with {@code Views} for what the ledger knows. Whoever refuses throws: a
 * {@link dev.caravan.api.ProblemException}, or what admission and the ledger throw, of which
 * {@link dev.caravan.api.Failures} alone makes problem documents. Each new code goes into {@code x-codes} of the contract.
 */
package dev.caravan.api;
