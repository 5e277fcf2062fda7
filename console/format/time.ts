/** Instants as text in a zone. Zones are IANA names; one that a browser does not know is read as UTC. */

type Style = 'full' | 'minute' | 'short' | 'day' | 'clock' | 'weekday';

const styles: Record<Style, Intl.DateTimeFormatOptions> = {
  full: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  minute: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  short: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  clock: { hour: '2-digit', minute: '2-digit' },
  weekday: { weekday: 'short', day: 'numeric', month: 'short' },
};

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string, style: Style): Intl.DateTimeFormat {
  const key = `${style} ${zone}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', { ...styles[style], hourCycle: 'h23', timeZone: zone });
  formats.set(key, format);
  return format;
}

/** The zone if it is one, else UTC. */
export function knownZone(zone: string | undefined): string {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone ?? 'UTC' });
    return zone ?? 'UTC';
  } catch {
    return 'UTC';
  }
}

/** Text of an instant in a zone, as `21 Nov 2026, 11:05`. */
export const readInstant = (instantMs: number, zone: string, style: Style = 'full'): string =>
  formatIn(zone, style).format(instantMs);

/** `2026-11-21 10:05:00 UTC`: what stands behind a time that is shown in a tenant's zone. */
export const readUtc = (instantMs: number): string =>
  `${new Date(instantMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `11:00 – 12:00`, with the day before it; the second day only where it is another. */
export function readSpan(fromMs: number, toMs: number, zone: string): string {
  const days = [fromMs, toMs - 1].map((at) => readInstant(at, zone, 'weekday'));
  const isWholeDays = [fromMs, toMs].every((at) => readInstant(at, zone, 'clock') === '00:00');
  if (isWholeDays) return days[0] === days[1] ? `${days[0]}` : `${days[0]} – ${days[1]}`;
  const [from, to] = [fromMs, toMs].map((at) => readInstant(at, zone, 'clock'));
  return days[0] === days[1] ? `${days[0]}, ${from} – ${to}` : `${days[0]}, ${from} – ${days[1]}, ${to}`;
}

/** `2026-11-21` of an instant in a zone. */
export function dateIn(instantMs: number, zone: string): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return format.format(instantMs);
}

/** When the local day begins, to the minute: zones go by whole minutes. */
export function startOfDate(date: string, zone: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`);
  let at = utc - offsetAt(utc, zone);
  at = utc - offsetAt(at, zone);
  return at;
}

/** How far the zone is ahead of UTC at that instant, milliseconds. */
function offsetAt(instantMs: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(instantMs);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(instantMs / 1000) * 1000;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `5 min`, `3 h 20 min`, `2 d 4 h`. */
export function readDuration(ms: number): string {
  const size = Math.max(0, ms);
  if (size < minuteMs) return `${Math.round(size / 1000)} s`;
  if (size < hourMs) return `${Math.round(size / minuteMs)} min`;
  if (size < dayMs) return joined(size, hourMs, 'h', minuteMs, 'min');
  return joined(size, dayMs, 'd', hourMs, 'h');
}

function joined(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms % large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

/** `in 3 h 20 min`, `5 min ago`, `now`. */
export function readAge(instantMs: number, now: number): string {
  const ms = instantMs - now;
  if (Math.abs(ms) < 45_000) return 'just now';
  return ms > 0 ? `in ${readDuration(ms)}` : `${readDuration(-ms)} ago`;
}
