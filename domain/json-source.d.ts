/**
 * JSON.parse with source text access (in Node 24), which TypeScript's library does not declare: a number may be kept as
 * the text that it was sent as. A raw number is a frozen object that only `JSON.rawJSON` makes, so no sender can
 * forge one; `JSON.stringify` writes its text.
 */
interface RawNumber {
  readonly rawJSON: string;
}

interface JSON {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
  parse(
    text: string,
    reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}
