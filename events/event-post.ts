import { isUtf8 } from 'node:buffer';
import type { PostedEvent } from '../domain/metering/intake/accept-events.ts';
import { decodeCloudEvent, isId, isObject } from './cloud-event.ts';
import { parseExactJson } from './exact-json.ts';
import { Problem } from './problem.ts';

/** The contract's bounds of a request; its bytes are counted after gunzip. */
export const postEventsMax = 1_000;
export const postBytesMax = 4 * 1024 * 1024;

/** What a body of each content type may be. */
const shapes: Record<string, { single: boolean; batch: boolean }> = {
  'application/cloudevents-batch+json': { single: false, batch: true },
  'application/cloudevents+json': { single: true, batch: false },
  'application/json': { single: true, batch: true },
};

/**
 * Refuses what is neither JSON of the contract's types nor encoded as it says. Whether a body is gzip is told by
 * its bytes; the header is only checked for naming nothing else.
 */
export function checkMediaType(headers: Record<string, string>): string {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const mediaType = type.toLowerCase();
  if (!Object.hasOwn(shapes, mediaType)) {
    throw unsupported(`Content-Type must be one of ${Object.keys(shapes).join(', ')}.`);
  }
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/i.test(charset)) {
    throw unsupported('The charset must be utf-8, as that of all JSON is.');
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (!/^\s*(gzip|x-gzip|identity|)\s*$/i.test(encoding)) {
    throw unsupported('Content-Encoding must be gzip or identity.');
  }
  return mediaType;
}

const unsupported = (detail: string): Problem => new Problem('unsupported_media_type', detail);

/** Decodes a request's body: every event by itself, so that one that is wrong leaves the others alone. */
export function decodeEventPost(mediaType: string, body: Buffer): PostedEvent[] {
  const value = parseBody(body);
  const { single, batch } = shapes[mediaType] as { single: boolean; batch: boolean };
  if (Array.isArray(value) ? !batch : !(single && isObject(value))) {
    const right = [single && 'an object (one event)', batch && 'an array of events']
      .filter(Boolean)
      .join(' or ');
    throw new Problem('invalid_json', `A body of ${mediaType} must be ${right}.`);
  }
  const values = Array.isArray(value) ? value : [value];
  if (values.length > postEventsMax) {
    const detail = `The request holds ${values.length} events, at most ${postEventsMax} are taken; send it in parts.`;
    throw new Problem('too_many_events', detail);
  }
  return values.map(toPostedEvent);
}

function parseBody(body: Buffer): unknown {
  if (!isUtf8(body)) throw new Problem('invalid_json', 'The body is not UTF-8.');
  try {
    return parseExactJson(body.toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Problem('invalid_json', 'The body is not JSON: it cannot be parsed.');
  }
}

function toPostedEvent(value: unknown): PostedEvent {
  const decoded = decodeCloudEvent(value);
  if (!decoded.ok) {
    const id = isObject(value) && isId(value.id) ? { id: value.id } : {};
    return { ...id, detail: decoded.detail };
  }
  const text = JSON.stringify(value);
  return { event: decoded.event, value, text, bytes: Buffer.byteLength(text) };
}
