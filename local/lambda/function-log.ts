import { appendFileSync, renameSync, statSync } from 'node:fs';

/** Where a function's output goes. Never throws: a full disk must not stop the function. */
export interface FunctionLog {
  write: (chunk: Buffer | string) => void;
}

/** A log that has grown to this is put aside as `.1`, in place of the former one. */
const logBytesMax = 16 * 1024 * 1024;
/** Lines wait this long for others, so that a busy function does not write them one by one. */
const gatherMs = 200;
/** What may wait; beyond it lines are dropped rather than memory filled. */
const waitingMax = 10_000;

/** Appends to the file; `echo` also gets every chunk, where it is wanted on the screen. */
export function functionLog(file: string, echo?: (chunk: string) => void): FunctionLog {
  let waiting: string[] = [];
  let isFlushDue = false;

  const flush = () => {
    isFlushDue = false;
    const text = waiting.join('');
    waiting = [];
    try {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) renameSync(file, `${file}.1`);
      appendFileSync(file, text, { mode: 0o600 });
    } catch {
      // What cannot be kept is let go: the stack itself says when its disk is full.
    }
  };

  return {
    write(chunk) {
      const text = String(chunk);
      echo?.(text);
      if (waiting.length < waitingMax) waiting.push(text);
      if (!isFlushDue) setTimeout(flush, gatherMs).unref();
      isFlushDue = true;
    },
  };
}
