/**
 * The bytes of a line, in memory that one line after another uses. Behind them stands a 0, which no JSON has, so that
 * every scan of it ends there and none need look where the line does.
 */
export class LineBytes {
  bytes: Buffer = Buffer.alloc(bytesUsual);
  length = 0;

  static of(text: string | Uint8Array): LineBytes {
    const line = new LineBytes();
    const given = Buffer.from(text);
    line.#makeRoom(given.length);
    line.#end(given.copy(line.bytes));
    return line;
  }

  /** As lenient as Node: what is no base64 is passed over. */
  readBase64(base64: string): void {
    this.#makeRoom(Math.ceil(base64.length * 0.75));
    this.#end(this.bytes.write(base64, 'base64'));
  }

  #makeRoom(length: number): void {
    if (length >= this.bytes.length) this.bytes = Buffer.alloc(2 * length);
  }

  #end(length: number): void {
    this.bytes[length] = 0;
    this.length = length;
  }
}

const bytesUsual = 64 * 1024;
