/**
 * The name of an event type's table in the lake: a part of paths and an identifier of SQL, the same in every letter
 * case, and never the name of two types. Lower-case letters and digits stand for themselves, `.` becomes `_` and `_`
 * becomes `__` where a letter or digit follows; whatever else, byte by byte of its UTF-8, `___` and two hex digits.
 * So a run of one, two or three underscores says which it was, and the name can be read back.
 *
 * `vpn.usage` is `vpn_usage`, `shop.page_view` is `shop_page__view`, `Shop` is `___53hop`.
 */
export function tableOf(eventType: string): string {
  const name = known.get(eventType);
  return name ?? remember(eventType, encoded(eventType));
}

/** The event type whose table this is; undefined where it is no type's: `late`, and whatever `tableOf` never gives. */
export function eventTypeOf(table: string): string | undefined {
  const eventType = table.startsWith(whole) ? fromBase32(table.slice(whole.length)) : unescaped(table);
  return eventType !== undefined && tableOf(eventType) === table ? eventType : undefined;
}

/** Names that the lake keeps for itself: the partition of late events, and the views over all types. */
export const lateTable = 'late';
export const ownNames: readonly string[] = [lateTable, 'events', 'copies'];

/** The few types of a batch come again and again. */
const known = new Map<string, string>();
const knownMax = 10_000;

function remember(eventType: string, name: string): string {
  if (known.size === knownMax) known.clear();
  known.set(eventType, name);
  return name;
}

/** A name that would be longer is written whole in base 32, which grows by 60 % only: a path has 1,024 bytes. */
const tableCharactersMax = 128;
/** No hex digit follows, so it is no escape. */
const whole = '___z';

const isPlain = /^[a-z][a-z0-9]*(\.[a-z0-9]+)*$/;
const isLetterOrDigit = /^[a-z0-9]$/;

function encoded(eventType: string): string {
  if (ownNames.includes(eventType)) return escaped(eventType[0] as string) + eventType.slice(1);
  const isShort = eventType.length <= tableCharactersMax;
  if (isShort && isPlain.test(eventType)) return eventType.replaceAll('.', '_');
  const name = [...eventType].map((character, at, all) => part(character, all[at + 1], at)).join('');
  return name.length <= tableCharactersMax ? name : whole + toBase32(new TextEncoder().encode(eventType));
}

function part(character: string, next: string | undefined, at: number): string {
  const isNextPlain = next !== undefined && isLetterOrDigit.test(next);
  // An identifier of SQL begins with no digit.
  if (isLetterOrDigit.test(character) && !(at === 0 && character <= '9')) return character;
  if (at > 0 && isNextPlain && character === '.') return '_';
  if (at > 0 && isNextPlain && character === '_') return '__';
  return escaped(character);
}

const escaped = (character: string): string =>
  Array.from(new TextEncoder().encode(character), (byte) => `___${byte.toString(16).padStart(2, '0')}`).join(
    '',
  );

function unescaped(table: string): string | undefined {
  const bytes: number[] = [];
  for (const [run, underscores = '', hex, rest = ''] of table.matchAll(
    /(_+)(?:(?<=___)([0-9a-f]{2}))?|([^_]+)/g,
  )) {
    if (underscores.length > 3 || (underscores.length === 3) !== (hex !== undefined)) return undefined;
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else bytes.push(...new TextEncoder().encode(rest || (run === '_' ? '.' : '_')));
  }
  return decodedText(bytes);
}

function decodedText(bytes: number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; ) {
      bits -= 5;
      text += base32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + base32[(held << (5 - bits)) & 31] : text;
}

function fromBase32(text: string): string | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = base32.indexOf(character);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return decodedText(bytes);
}
