/** A queue's message as an object. Throws where it is none. */
export function parseMessageBody(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (value === null || typeof value !== 'object') throw new Error('The message is no JSON object.');
  return value as Record<string, unknown>;
}
