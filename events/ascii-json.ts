/**
 * JSON in printable ASCII. Queues and topics refuse some code points (U+FFFE among them) that an account's id may
 * hold: one such id must not keep everybody's messages from being sent.
 */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
