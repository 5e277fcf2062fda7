/**
 * Makes this process tell the time of the running stack, whose clock may have been moved on: a handler that told
 * the machine's time would take the stack's present for the future. `now`: the stack's time, epoch milliseconds.
 */
function shiftClock(now) {
  const MachineDate = Date;
  const machineNow = MachineDate.now.bind(MachineDate);
  const aheadMs = now - machineNow();
  globalThis.Date = class extends MachineDate {
    constructor(...parts) {
      super(...(parts.length === 0 ? [machineNow() + aheadMs] : parts));
    }
    static now() {
      return machineNow() + aheadMs;
    }
  };
}

module.exports = { shiftClock };
