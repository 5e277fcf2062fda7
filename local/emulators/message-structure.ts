import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { bodyOf, replayed } from './replayed-request.ts';

/**
 * Plays `MessageStructure: json` of SNS, which the emulator hands on as it is: each protocol is to get the text of
 * its own name, or else `default`. The emulator delivers to queues alone, so one text serves all.
 */
export function playMessageStructure(serve: RequestListener): RequestListener {
  return (request, response) => {
    const type = String(request.headers['content-type'] ?? '');
    if (!type.startsWith('application/x-www-form-urlencoded')) return serve(request, response);
    void pickText(request, response, serve);
  };
}

async function pickText(
  request: IncomingMessage,
  response: ServerResponse,
  serve: RequestListener,
): Promise<void> {
  const body = await bodyOf(request).catch(() => undefined);
  if (body === undefined) return;
  serve(replayed(request, Buffer.from(forQueues(body.toString()))), response);
}

/** The form of a Publish with the text for queues; any other as it was. */
export function forQueues(form: string): string {
  const fields = new URLSearchParams(form);
  if (fields.get('Action') !== 'Publish' || fields.get('MessageStructure') !== 'json') return form;
  const texts = JSON.parse(fields.get('Message') ?? '{}') as { sqs?: string; default?: string };
  fields.delete('MessageStructure');
  fields.set('Message', texts.sqs ?? texts.default ?? '');
  return fields.toString();
}
