/** The one clock of a local stack: it can be moved on, never back. */
export interface StackClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves once the clock has moved on by `delayMs`, by itself or because it was advanced; rejects if aborted. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void>;
}
