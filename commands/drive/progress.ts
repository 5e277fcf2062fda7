import { MultiBar, Presets } from 'cli-progress';

/** Shows how far a piece of work has come. Everything goes to standard error: results are on standard output. */
export interface Progress {
  begin(what: string, total: number): void;
  advance(by: number): void;
  end(): void;
}

/** A bar on a terminal, otherwise a line every tenth of the way. */
export const terminalProgress = (): Progress => (process.stderr.isTTY ? barProgress() : lineProgress());

export const silentProgress: Progress = { begin() {}, advance() {}, end() {} };

function barProgress(): Progress {
  const format = '{what} [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left';
  const bars = new MultiBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
  let bar: ReturnType<MultiBar['create']> | undefined;
  return {
    begin(what, total) {
      bar?.stop();
      bar = bars.create(total, 0, { what: what.padEnd(10) });
    },
    advance: (by) => bar?.increment(by),
    end() {
      bars.stop();
    },
  };
}

const tenths = 10;

function lineProgress(): Progress {
  let label = '';
  let total = 0;
  let done = 0;
  const tell = () => console.error(`${label}: ${done} of ${total}`);
  return {
    begin(what, of) {
      label = what;
      total = of;
      done = 0;
    },
    advance(by) {
      const before = Math.floor((done / total) * tenths);
      done += by;
      if (Math.floor((done / total) * tenths) > before) tell();
    },
    end() {},
  };
}
