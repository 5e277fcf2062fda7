import type { TweakChange } from '../domain/judging/series-tweak.ts';
import type { Feedback } from '../domain/judging/teach-series.ts';
import {
  boolean,
  Faults,
  integer,
  object,
  oneOf,
  optional,
  required,
  type Shape,
} from '../domain/tenancy/json-shape.ts';
import { Problem } from './problem.ts';

/** What is set of a series, and feedback, take far less. */
export const seriesBodyBytesMax = 16 * 1024;

const noteCharactersMax = 1_000;

const change = object<TweakChange>({
  severityThreshold: optional(integer(0, 100)),
  muted: optional(boolean),
});

const note: Shape<string> = {
  rule: `a string of at most ${noteCharactersMax} characters`,
  read(value, path, faults) {
    const isNote =
      typeof value === 'string' && [...value].length <= noteCharactersMax && value.isWellFormed();
    if (isNote) return value;
    faults.add(path, `must be ${this.rule}`);
    return undefined;
  },
};

const feedback = object<Feedback>({
  verdict: required(oneOf('confirmed', 'dismissed')),
  note: optional(note),
});

/** What is to be set of a series. Throws a Problem that names every fault. */
export const decodeTweak = (body: Buffer): TweakChange =>
  decode(body, change, 'Nothing of the series was changed; see faults.');

/** What a person says of an anomaly. Throws a Problem that names every fault. */
export const decodeFeedback = (body: Buffer): Feedback =>
  decode(body, feedback, 'The feedback was not taken; see faults.');

function decode<T>(body: Buffer, shape: Shape<T>, refusal: string): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Problem('invalid_json', 'The body must be an object as JSON in UTF-8.');
  }
  const faults = new Faults();
  const draft = shape.read(value, '', faults);
  if (faults.list.length > 0)
    throw new Problem('invalid_config', refusal, { members: { faults: faults.list } });
  return draft as T;
}
