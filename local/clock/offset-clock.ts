/**
 * The offset of the stack's clock from the machine's, in milliseconds, in memory that every thread of the
 * stack reads: whoever asks for the time anywhere gets the same one, at once after it was moved on.
 */
export type ClockOffset = BigInt64Array<SharedArrayBuffer>;

const realNow = Date.now.bind(Date);

export const createOffset = (offsetMs: number): ClockOffset => {
  const offset = new BigInt64Array(new SharedArrayBuffer(8));
  Atomics.store(offset, 0, BigInt(Math.round(offsetMs)));
  return offset;
};

export const offsetNow = (offset: ClockOffset): number => realNow() + Number(Atomics.load(offset, 0));

/** The machine's own time, whatever `installClock` did. */
export const machineNow = (): number => realNow();

/** Makes this thread's Date tell the stack's time: `Date.now()`, `new Date()` and `Date()`. */
export function installClock(offset: ClockOffset): void {
  const RealDate = Date;
  const now = () => offsetNow(offset);
  function StackDate(...parts: unknown[]): Date | string {
    if (!new.target) return new RealDate(now()).toString();
    return Reflect.construct(RealDate, parts.length === 0 ? [now()] : parts, new.target);
  }
  Object.setPrototypeOf(StackDate, RealDate);
  StackDate.prototype = RealDate.prototype;
  StackDate.now = now;
  RealDate.prototype.constructor = StackDate as unknown as DateConstructor;
  globalThis.Date = StackDate as unknown as DateConstructor;
}
