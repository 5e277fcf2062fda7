import type { ClockOffset } from '../clock/offset-clock.ts';

/** A Lambda of the template, as its threads are told of it. */
export interface FunctionTask {
  name: string;
  arn: string;
  /** The bundle, and the name that its handler is exported by. */
  bundle: string;
  exportName: string;
  memoryMb: number;
  timeoutMs: number;
  environment: Record<string, string>;
  clock: ClockOffset;
}

/** One invocation as it is handed to a thread: JSON in, JSON out, as Lambda does it. */
export interface Invocation {
  requestId: string;
  payload: string;
}

/** What an invocation came to. `functionError` is set where the function failed; the payload then says how. */
export interface InvocationResult {
  requestId: string;
  payload: string;
  functionError?: 'Unhandled';
}

/** What a thread answers: all but the id, which its pool knows. */
export type Outcome = Omit<InvocationResult, 'requestId'>;

/** The outcome of a function that failed. */
export const failure = (errorType: string, errorMessage: string, trace: string[] = []): Outcome => ({
  payload: JSON.stringify({ errorType, errorMessage, trace }),
  functionError: 'Unhandled',
});
