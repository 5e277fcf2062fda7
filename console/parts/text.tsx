/** Small pieces of text that a person reads: names, times, quantities. */
import type { Quantity as WireQuantity } from '../api/answers.ts';
import { readQuantity } from '../format/quantity.ts';
import { readInstant, readUtc } from '../format/time.ts';
import { zone } from '../session/session.ts';

/**
 * A name that a tenant or its devices chose. It is isolated, so that its direction turns nothing around it; it is cut
 * by the style where it is long, and its title has all of it.
 */
export function Name({ text, isWhole = false }: { text: string; isWhole?: boolean }) {
  return (
    <bdi class={isWhole ? 'name name-whole' : 'name'} title={isWhole ? undefined : text}>
      {text}
    </bdi>
  );
}

/** An instant in the tenant's zone; UTC stands behind it. */
export function When({
  at,
  style = 'full',
}: {
  at: string | number;
  style?: 'full' | 'minute' | 'short' | 'day' | 'clock' | 'weekday';
}) {
  const instant = typeof at === 'number' ? at : Date.parse(at);
  if (!Number.isFinite(instant)) return <span>unknown</span>;
  return (
    <time dateTime={new Date(instant).toISOString()} title={readUtc(instant)}>
      {readInstant(instant, zone.value, style)}
    </time>
  );
}

/** A quantity in units that people read; every digit stands behind it. */
export function Quantity({ of, unit }: { of: WireQuantity; unit?: string | undefined }) {
  const { text, exact } = readQuantity(of, unit);
  return (
    <span class="quantity" title={exact === text ? undefined : exact}>
      {text}
    </span>
  );
}
