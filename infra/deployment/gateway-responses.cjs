/**
 * What the gateway answers by itself, as the contract's problem+json. Every type that AWS names is here, so that
 * its defaults, which repeat the caller's Authorization header in one case, are never seen.
 */

const noCredential = {
  status: 401,
  code: 'unauthorized',
  title: 'No or unknown credential',
  detail: 'Send `Authorization: Bearer <API key or JWT>` with a credential that is in force.',
  headers: { 'WWW-Authenticate': 'Bearer' },
};
/** The very text of the handlers' own, so that the answer does not say where it was refused. */
const notAllowed = {
  status: 403,
  code: 'forbidden',
  title: 'Not allowed',
  detail: 'The credential does not allow this: check its tenant and its scopes.',
};
const noSuchPath = {
  status: 404,
  code: 'not_found',
  title: 'Not found',
  detail: 'There is no such operation; see /v1/openapi.json.',
};
const notReadable = {
  status: 400,
  code: 'invalid_json',
  title: 'The body is not JSON',
  detail: 'The request could not be read; see /v1/openapi.json for what the operation takes.',
};
const badParameters = {
  status: 400,
  code: 'invalid_query',
  title: 'Invalid query',
  detail: 'The parameters could not be read; see /v1/openapi.json for what the operation takes.',
};
const tooLarge = {
  status: 413,
  code: 'too_large',
  title: 'Too many bytes',
  detail: 'The request is larger than the gateway takes; send it in parts of at most 1,000 events and 4 MiB.',
};
const otherType = {
  status: 415,
  code: 'unsupported_media_type',
  title: 'Unsupported media type',
  detail: 'Send application/cloudevents-batch+json, application/cloudevents+json or application/json.',
};
const tooFast = {
  status: 429,
  code: 'throttled',
  title: 'The rate is used up',
  detail:
    "The tenant's rate of requests is used up; send the same request again after the time in Retry-After.",
  headers: { 'Retry-After': '1' },
};
const notNow = {
  status: 503,
  code: 'unavailable',
  title: 'Unavailable',
  detail: 'The request could not be served now; sending it again is safe.',
  headers: { 'Retry-After': '2' },
};

const problems = {
  ACCESS_DENIED: notAllowed,
  API_CONFIGURATION_ERROR: notNow,
  AUTHORIZER_CONFIGURATION_ERROR: notNow,
  AUTHORIZER_FAILURE: notNow,
  BAD_REQUEST_BODY: notReadable,
  BAD_REQUEST_PARAMETERS: badParameters,
  // What is left of 4xx: mostly paths that do not exist, asked with a credential.
  DEFAULT_4XX: noSuchPath,
  DEFAULT_5XX: notNow,
  EXPIRED_TOKEN: noCredential,
  INTEGRATION_FAILURE: notNow,
  INTEGRATION_TIMEOUT: notNow,
  INVALID_API_KEY: notAllowed,
  INVALID_SIGNATURE: noCredential,
  // The gateway's words for a path or method that does not exist.
  MISSING_AUTHENTICATION_TOKEN: noSuchPath,
  QUOTA_EXCEEDED: tooFast,
  REQUEST_TOO_LARGE: tooLarge,
  RESOURCE_NOT_FOUND: noSuchPath,
  THROTTLED: tooFast,
  UNAUTHORIZED: noCredential,
  UNSUPPORTED_MEDIA_TYPE: otherType,
  WAF_FILTERED: notAllowed,
};

const camelCase = (type) =>
  type.toLowerCase().replace(/(?:^|_)([a-z0-9])/g, (_, first) => first.toUpperCase());

/** One resource for each type of answer of this API. */
function gatewayResponses(restApiId) {
  const resources = {};
  for (const [type, { status, code, title, detail, headers }] of Object.entries(problems)) {
    const fixed = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers };
    resources[`GatewayResponse${camelCase(type)}`] = {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: {
        RestApiId: { Ref: restApiId },
        ResponseType: type,
        StatusCode: String(status),
        ResponseParameters: Object.fromEntries(
          Object.entries(fixed).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]),
        ),
        ResponseTemplates: {
          'application/json': JSON.stringify({ type: 'about:blank', title, status, code, detail }),
        },
      },
    };
  }
  return resources;
}

module.exports = { gatewayResponses };
