import { SingleBar } from 'cli-progress';

export interface DemoProgress {
  add(count: number): void;
  stop(): void;
}

/** A bar where somebody watches, else a line each quarter; nothing where `say` is absent. */
export function demoProgress(total: number, say: ((line: string) => void) | undefined): DemoProgress {
  if (!say) return { add: () => {}, stop: () => {} };
  if (!process.stdout.isTTY) return lines(total, say);
  const bar = new SingleBar({
    format: 'Demo  {bar}  {value} of {total} events',
    stream: process.stdout,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  bar.start(total, 0);
  return { add: (count) => bar.increment(count), stop: () => bar.stop() };
}

function lines(total: number, say: (line: string) => void): DemoProgress {
  let sent = 0;
  let told = 0;
  return {
    add(count) {
      sent += count;
      const quarter = Math.floor((4 * sent) / total);
      if (quarter > told) say(`… demo: ${sent} of ${total} events sent`);
      told = quarter;
    },
    stop: () => {},
  };
}
