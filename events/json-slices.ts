import { notJson, scanMembers, skipValue } from './json-members.ts';

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
  /** Its other members, `"name":value` each. */
  others: string[] = [];

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
  read(text: string, at: number, levels: number, readers: readonly (ReadValue | undefined)[] = []): number {
    this.#text = text;
    this.others = [];
    this.#starts.fill(-1);
    return scanMembers(text, at, levels, (nameStart, nameEnd, start, left) => {
      const place = this.#placeOf(nameStart, nameEnd);
      const reader = place < 0 ? undefined : readers[place];
      const end = reader ? reader(place, start, left) : skipValue(text, start, left);
      if (end === notJson) return notJson;
      if (place < 0) this.others.push(`${text.slice(nameStart, nameEnd)}:${text.slice(start, end)}`);
      else {
        this.#starts[place] = start;
        this.#ends[place] = end;
      }
      return end;
    });
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
    const first = this.#text.charCodeAt(start);
    if (first === openBrace) return {};
    const end = this.#ends[place] as number;
    // A string without an escape stands for itself.
    if (first === quote) {
      const inner = this.#text.slice(start + 1, end - 1);
      if (!inner.includes('\\')) return inner;
    }
    return JSON.parse(this.#text.slice(start, end));
  }

  #placeOf(start: number, end: number): number {
    for (const { quoted, place } of this.#byLength[end - start] ?? none) {
      if (this.#text.startsWith(quoted, start)) return place;
    }
    const name = this.#text.slice(start, end);
    return name.includes('\\') ? this.#placeOfEscaped(name) : -1;
  }

  #placeOfEscaped(name: string): number {
    const plain = JSON.stringify(JSON.parse(name));
    return (this.#byLength[plain.length] ?? none).find(({ quoted }) => quoted === plain)?.place ?? -1;
  }
}

const none: never[] = [];
const quote = 0x22;
const openBrace = 0x7b;
