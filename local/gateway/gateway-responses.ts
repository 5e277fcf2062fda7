import { StackFault } from '../stack-fault.ts';

/** The gateway's own answers, by AWS's names, with the status and text that they have by default. */
const defaults = {
  ACCESS_DENIED: { status: 403, message: 'User is not authorized to access this resource' },
  API_CONFIGURATION_ERROR: { status: 500, message: 'Internal server error' },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, message: 'Internal server error' },
  AUTHORIZER_FAILURE: { status: 500, message: 'Internal server error' },
  BAD_REQUEST: { status: 400, message: 'Bad Request' },
  INTEGRATION_FAILURE: { status: 502, message: 'Internal server error' },
  INTEGRATION_TIMEOUT: { status: 504, message: 'Endpoint request timed out' },
  INVALID_API_KEY: { status: 403, message: 'Forbidden' },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, message: 'Missing Authentication Token' },
  REQUEST_TOO_LARGE: { status: 413, message: 'Request Entity Too Large' },
  THROTTLED: { status: 429, message: 'Too Many Requests' },
  UNAUTHORIZED: { status: 401, message: 'Unauthorized' },
} as const;

export type ResponseType = keyof typeof defaults;

export interface GatewayAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What `$context` holds where a template asks for it: nested by its dots. */
export type ResponseContext = Record<string, unknown>;

export interface GatewayResponses {
  answer(type: ResponseType, context: ResponseContext): GatewayAnswer;
}

interface Customised {
  status: number | undefined;
  headers: Record<string, string>;
  contentType: string;
  template: string;
}

/** The template's AWS::ApiGateway::GatewayResponse resources; a type without its own has that of its default. */
export function gatewayResponses(resources: Record<string, unknown>[]): GatewayResponses {
  const byType = new Map(
    resources.map((properties) => [String(properties.ResponseType), customised(properties)]),
  );
  return {
    answer(type, context) {
      const { status, message } = defaults[type];
      const custom = byType.get(type) ?? byType.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
      const error = { message, messageString: JSON.stringify(message), responseType: type };
      const template = custom?.template ?? '{"message":$context.error.messageString}';
      return {
        status: custom?.status ?? status,
        headers: {
          'content-type': custom?.contentType ?? 'application/json',
          'x-amzn-errortype': `${type}`,
          ...custom?.headers,
        },
        body: fill(template, { ...context, error }),
      };
    },
  };
}

function customised({
  ResponseType: type,
  StatusCode,
  ResponseParameters,
  ResponseTemplates,
}: Record<string, unknown>): Customised {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries((ResponseParameters ?? {}) as Record<string, string>)) {
    const header = /^gatewayresponse\.header\.(.+)$/.exec(name)?.[1];
    const text = /^'(.*)'$/.exec(value)?.[1];
    if (!header || text === undefined) {
      throw new StackFault(
        `The gateway response ${type} sets ${name} to ${value}; only fixed headers are played.`,
      );
    }
    headers[header.toLowerCase()] = text;
  }
  const [[contentType, template] = ['application/json', undefined]] = Object.entries(
    (ResponseTemplates ?? {}) as Record<string, string>,
  );
  return {
    status: StatusCode === undefined ? undefined : Number(StatusCode),
    headers,
    contentType,
    template: template ?? '{"message":$context.error.messageString}',
  };
}

/** Puts `$context.a.b` into the text; what is not there is empty, as the gateway has it. */
function fill(template: string, context: ResponseContext): string {
  return template.replace(/\$context((?:\.[A-Za-z0-9_-]+)+)/g, (_, path: string) => {
    let value: unknown = context;
    for (const name of path.slice(1).split('.'))
      value = (value as Record<string, unknown> | undefined)?.[name];
    return value === undefined || value === null ? '' : String(value);
  });
}
