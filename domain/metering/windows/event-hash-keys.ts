/** A 128-bit secret that event ids are hashed with. */
export interface EventHashKey {
  /** From 1 up. */
  version: number;
  secret: Uint8Array;
}

/**
 * The secrets that event ids are hashed with, by version. A window keeps the version that its first page was
 * written with, so a new key takes effect with new windows.
 *
 * Promise: a version, once given out, never changes and stays readable for as long as a window lives. The
 * first call of `current` on an empty store makes version 1; of several at once all get the same one.
 */
export interface EventHashKeys {
  current(): Promise<EventHashKey>;
  at(version: number): Promise<EventHashKey>;
}
