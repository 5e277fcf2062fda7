/** The contract's stable error codes, each with its HTTP status and title. */
export const problemCodes = {
  unauthorized: { status: 401, title: 'No or unknown credential' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  invalid_json: { status: 400, title: 'The body is not JSON' },
  no_event_accepted: { status: 400, title: 'No event was accepted' },
  too_large: { status: 413, title: 'Too many bytes' },
  too_many_events: { status: 413, title: 'Too many events' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  invalid_query: { status: 400, title: 'Invalid query' },
  invalid_config: { status: 400, title: 'Invalid configuration' },
  immutable_meter: { status: 400, title: 'A meter or series cannot change its definition' },
  revision_conflict: { status: 412, title: 'The configuration has another revision' },
  throttled: { status: 429, title: 'The rate is used up' },
  unavailable: { status: 503, title: 'Unavailable' },
} as const;

export type ProblemCode = keyof typeof problemCodes;

/**
 * An expected fault of a request, answered as application/problem+json (RFC 9457). `detail` is read by the
 * sender: it says what is wrong and what is right, and never shows a stack, a table or another tenant's data.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly members: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { members?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.members = more.members ?? {};
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return problemCodes[this.code].status;
  }

  body(): Record<string, unknown> {
    const { status, title } = problemCodes[this.code];
    return { type: 'about:blank', title, status, code: this.code, detail: this.message, ...this.members };
  }
}
