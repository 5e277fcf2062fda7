import { eachAtOnce } from '../../domain/metering/at-once.ts';
import type { Quarantine } from '../../domain/quarantine/quarantine.ts';
import type { S3Objects } from '../s3-objects.ts';
import type { FailureItems } from './failure-items.ts';

/** Where failures are put by those who cannot write to the quarantine themselves. */
export interface FailureSource {
  name: string;
  objects: Pick<S3Objects, 'list' | 'get' | 'remove'>;
  prefix: string;
  toItems: FailureItems;
}

export interface FiledFailures {
  objects: number;
  items: number;
  /** Objects that could not be filed; they stay where they are, for the next time. */
  failures: Error[];
  /** The time ran out before the end was seen. */
  isCut: boolean;
}

const putsAtOnce = 8;

/**
 * Files what a failure destination holds in the quarantine. An object is removed only once all of it is there: who
 * dies in between files it again, under the same keys.
 */
export async function fileFailures(
  { objects, prefix, toItems }: FailureSource,
  quarantine: Quarantine,
  { now, hasTime }: { now: number; hasTime: () => boolean },
): Promise<FiledFailures> {
  const filed: FiledFailures = { objects: 0, items: 0, failures: [], isCut: false };
  for await (const object of objects.list(prefix)) {
    if (!hasTime()) return { ...filed, isCut: true };
    try {
      const bytes = await objects.get(object.key);
      if (!bytes) continue;
      const items = toItems(object, bytes);
      await eachAtOnce(items, putsAtOnce, (item) => quarantine.put(item, now));
      await objects.remove(object.key);
      filed.objects += 1;
      filed.items += items.length;
    } catch (error) {
      filed.failures.push(error as Error);
    }
  }
  return filed;
}
