import type { Browser, Page } from 'playwright-core';

/** The longest task of a page's main thread, milliseconds. */
export interface LongestTask {
  /** What it computed: the same however many other programs the machine runs beside it. */
  computedMs: number;
  /** From its beginning to its end, with the time in which other programs had the core. */
  passedMs: number;
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds that passed. */
  dur?: number;
  /** Microseconds that the thread was computing. */
  tdur?: number;
  args: { name?: string };
}

/** Traces the browser while `act` is done with the page. */
export async function longestTask(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<LongestTask> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(threadOf),
  );
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && mains.has(threadOf(event)));
  // Where a browser calls its tasks otherwise, nothing was measured.
  if (!tasks.some(({ tdur }) => tdur !== undefined)) throw new Error('The trace has no task of the page.');
  const longest = (of: 'dur' | 'tdur') => Math.max(...tasks.map((task) => task[of] ?? 0)) / 1000;
  return { computedMs: longest('tdur'), passedMs: longest('dur') };
}
