import { notJson, type OverValue, scanMembers, skipValue } from './json-members.ts';

/** Reads the value of a known member itself, by the member's place, and answers where it ends. */
export type ReadValue = (place: number, start: number, levels: number) => number;

/**
 * The values of known members of an object, cut out of its JSON as they were sent. One is made for each kind of object
 * and used for one object after another, so that nothing is built but what is asked for.
 */
export class JsonSlices {
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #byLength: { quoted: string; place: number }[][] = [];
  #text = '';
  #readers: readonly (ReadValue | undefined)[] = none;
  /** Its other members, `"name":value` each. */
  others: string[] = [];
  /** Whether a known member stood there more than once. */
  hasRepeats = false;

  constructor(names: readonly string[]) {
    this.#starts = new Int32Array(names.length);
    this.#ends = new Int32Array(names.length);
    for (const [place, name] of names.entries()) {
      const quoted = JSON.stringify(name);
      this.#byLength[quoted.length] ??= [];
      this.#byLength[quoted.length]?.push({ quoted, place });
    }
  }

  /**
   * Reads the object that begins at `at`, and answers where it ends, or `notJson`. Of members of one name the last
   * stands, as with JSON.parse. `readers` reads a known member's value where it wants to; else it is passed over.
   */
  read(text: string, at: number, levels: number, readers: readonly (ReadValue | undefined)[] = none): number {
    this.#text = text;
    this.#readers = readers;
    if (this.others.length > 0) this.others = [];
    this.hasRepeats = false;
    this.#starts.fill(-1);
    return scanMembers(text, at, levels, this.#take);
  }

  /** Where the member's value begins; -1 where it is absent. */
  start(place: number): number {
    return this.#starts[place] as number;
  }

  end(place: number): number {
    return this.#ends[place] as number;
  }

  /** The JSON of a member's value; undefined where it is absent. */
  json(place: number): string | undefined {
    const start = this.#starts[place] as number;
    return start < 0 ? undefined : this.#text.slice(start, this.#ends[place]);
  }

  /** The value itself; an object that is not looked into is `{}`. */
  value(place: number): unknown {
    const start = this.#starts[place] as number;
    if (start < 0) return undefined;
    return this.#text.charCodeAt(start) === openBrace
      ? {}
      : JSON.parse(this.#text.slice(start, this.#ends[place]));
  }

  readonly #take: OverValue = (nameStart, nameEnd, start, levels) => {
    const text = this.#text;
    const place = this.#placeOf(nameStart, nameEnd);
    const reader = place < 0 ? undefined : this.#readers[place];
    const end = reader ? reader(place, start, levels) : skipValue(text, start, levels);
    if (end === notJson) return notJson;
    if (place < 0) this.others.push(`${text.slice(nameStart, nameEnd)}:${text.slice(start, end)}`);
    else {
      if ((this.#starts[place] as number) >= 0) this.hasRepeats = true;
      this.#starts[place] = start;
      this.#ends[place] = end;
    }
    return end;
  };

  #placeOf(start: number, end: number): number {
    const text = this.#text;
    const alike = this.#byLength[end - start];
    if (alike) for (const { quoted, place } of alike) if (isAt(text, quoted, start)) return place;
    const name = text.slice(start, end);
    return name.includes('\\') ? this.#placeOfEscaped(name) : -1;
  }

  #placeOfEscaped(name: string): number {
    const plain = JSON.stringify(JSON.parse(name));
    return (this.#byLength[plain.length] ?? none).find(({ quoted }) => quoted === plain)?.place ?? -1;
  }
}

/** As `startsWith`, which costs a call where the few characters of a name cost less. */
function isAt(text: string, part: string, start: number): boolean {
  for (let at = 1; at < part.length - 1; at += 1) {
    if (text.charCodeAt(start + at) !== part.charCodeAt(at)) return false;
  }
  return true;
}

const none: never[] = [];
const openBrace = 0x7b;
