/** What a snapshot may take at most. */
export const snapshotBytesMax = 8192;

const headerBytes = 16;
/** Raised whenever the layout or the meaning of the state changes: an older snapshot is then refused. */
const layoutVersion = 7;

/**
 * One block of memory that holds everything a detector knows. Its parts take their arrays from it, always in
 * the same order, so that copying the block is the snapshot and copying it back restores every bit.
 */
export class Arena {
  /** Whether there was nothing to restore: parts then set their first values. */
  readonly isFresh: boolean;
  readonly #buffer = new ArrayBuffer(snapshotBytesMax);
  #used = headerBytes;

  constructor(snapshot?: Uint8Array) {
    this.isFresh = snapshot === undefined;
    if (!snapshot) return;
    if (snapshot.length < headerBytes || snapshot.length > snapshotBytesMax) {
      throw new Error(`A snapshot has ${headerBytes} to ${snapshotBytesMax} bytes, not ${snapshot.length}.`);
    }
    new Uint8Array(this.#buffer).set(snapshot);
    const [version] = new Uint32Array(this.#buffer, 0, 1);
    if (version !== layoutVersion) {
      throw new Error(
        `A snapshot of layout ${layoutVersion} is needed, not of ${version}: judge from the start.`,
      );
    }
  }

  /** Numbers at full precision: what is summed up over a long time. */
  doubles(length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#take(length * 8), length);
  }

  /** Numbers at single precision: tables, of which there are many. */
  floats(length: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(length * 4), length);
  }

  snapshot(): Uint8Array {
    const header = new Uint32Array(this.#buffer, 0, 2);
    header[0] = layoutVersion;
    header[1] = this.#used;
    return new Uint8Array(this.#buffer.slice(0, this.#used));
  }

  /** Asserts, once all parts have taken theirs, that a restored block is as long as they are together. */
  seal(): void {
    const [, length] = new Uint32Array(this.#buffer, 0, 2);
    if (!this.isFresh && length !== this.#used) {
      throw new Error(`The snapshot has ${length} bytes where these settings need ${this.#used}.`);
    }
  }

  #take(bytes: number): number {
    const at = this.#used;
    this.#used = at + Math.ceil(bytes / 8) * 8;
    if (this.#used > snapshotBytesMax)
      throw new Error(`A detector's state has at most ${snapshotBytesMax} bytes.`);
    return at;
  }
}
