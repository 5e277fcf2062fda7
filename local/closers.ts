/** What must be closed again, the last first. */
export interface Closers {
  add(close: () => void | Promise<void>): void;
  /** Closes everything, whatever fails on the way; calling it again waits for the first call. */
  closeAll(): Promise<void>;
}

export function closers(): Closers {
  const open: (() => void | Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const closeEach = async () => {
    for (let close = open.pop(); close; close = open.pop()) {
      try {
        await close();
      } catch {
        // The others are to be closed all the same.
      }
    }
  };
  return {
    add: (close) => open.push(close),
    closeAll() {
      closing ??= closeEach();
      return closing;
    },
  };
}
