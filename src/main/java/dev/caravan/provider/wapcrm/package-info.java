/**
 * WapCRM: a phone session or a Cloud API line behind one call, {@code POST /api/chatoperation}. Its refusals come as
 * HTTP 200, with a code in the body that looks like an HTTP status and is none. Nobody outside needs anything of this
 * package by name.
 */
package dev.caravan.provider.wapcrm;
