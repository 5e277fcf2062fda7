import { Problem } from '../../events/problem.ts';

/** A Lambda's answer has at most 6 MB; the body is a JSON text inside of it, escaped once more. */
export const answerBytesMax = 5_500_000;

/** Counts what an answer takes while it is put together, so that one that gets too large is refused in time. */
export class AnswerBudget {
  #left: number;
  readonly #advice: string;

  /** `advice` says how to ask for less. */
  constructor(advice: string, bytesMax = answerBytesMax) {
    this.#left = bytesMax;
    this.#advice = advice;
  }

  /** Throws a Problem if the answer with this part in it would be too large. */
  spend<Part>(part: Part): Part {
    this.#left -= Buffer.byteLength(JSON.stringify(JSON.stringify(part)));
    if (this.#left >= 0) return part;
    throw new Problem('invalid_query', `The answer would be larger than one may be. ${this.#advice}`);
  }
}
