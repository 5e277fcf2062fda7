import { notJson, scan, skipSpace, skipString, skipValue, standsAt } from './json-scan.ts';

/** The place of a member that is none of the known ones. */
export const otherPlace = -1;

/** A member that is an object of known members itself. */
export interface Nested {
  place: number;
  slices: JsonSlices;
}

/**
 * The values of known members of an object, cut out of its JSON as they were sent. One is made for each kind of object
 * and used for one object after another, so that nothing is built but what is asked for.
 */
export class JsonSlices {
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** The known names, as JSON has them, and what they look like. */
  readonly #quoted: Buffer[];
  readonly #looks: Int32Array;
  readonly #nested: Nested | undefined;
  #bytes: Buffer = Buffer.alloc(1);
  /** All members in their order, and behind them those of objects before: place, start of the name, end of the value. */
  #turns = new Int32Array(turnsUsual * numbersOfTurn).fill(otherPlace);
  /** A bit for each place. */
  #plain = 0;
  /** How many members it has, repeats and all. */
  members = 0;
  /** Whether a known member stood there more than once. */
  hasRepeats = false;

  /** At most 31 names. */
  constructor(names: readonly string[], nested?: Nested) {
    this.#starts = new Int32Array(names.length);
    this.#ends = new Int32Array(names.length);
    this.#quoted = names.map((name) => Buffer.from(JSON.stringify(name)));
    this.#looks = Int32Array.from(this.#quoted, (quoted) => looksOf(quoted[1] as number, quoted.length));
    this.#nested = nested;
  }

  /**
   * Reads the object that begins at `at`, and answers where it ends, or `notJson`, as `skipValue` does. Of members of
   * one name the last stands, as with JSON.parse. Where the nested one is there and no object, it is `notJson` too.
   */
  read(bytes: Buffer, at: number, levels: number): number {
    this.#begin(bytes);
    if (bytes[at] !== openBrace || levels === 0) return notJson;
    let next = skipSpace(bytes, at + 1);
    if (bytes[next] === closeBrace) return next + 1;
    for (let turn = 0; ; turn += 1) {
      const nameStart = next;
      const nameEnd = this.#readName(bytes, nameStart, turn);
      if (nameEnd === notJson) return notJson;
      next = skipSpace(bytes, nameEnd);
      if (bytes[next] !== colon) return notJson;
      const start = skipSpace(bytes, next + 1);
      const end = this.#readValue(bytes, start, turn, levels - 1);
      if (end === notJson) return notJson;
      this.#take(turn, nameStart, start, end);
      next = skipSpace(bytes, end);
      const byte = bytes[next];
      if (byte === closeBrace) return next + 1;
      if (byte !== comma) return notJson;
      next = skipSpace(bytes, next + 1);
    }
  }

  /** Where the member's value begins; -1 where it is absent. */
  start(place: number): number {
    return this.#starts[place] as number;
  }

  end(place: number): number {
    return this.#ends[place] as number;
  }

  /** Whether the texts in the member's value stand for themselves: they are of printable ASCII without an escape. */
  isPlain(place: number): boolean {
    return (this.#plain & (1 << place)) !== 0;
  }

  /** Of a member by its turn: which of the known ones it is, or `otherPlace`. */
  placeOf(turn: number): number {
    return this.#turns[turn * numbersOfTurn] as number;
  }

  /** Where the name of a member begins, by its turn. */
  nameStart(turn: number): number {
    return this.#turns[turn * numbersOfTurn + 1] as number;
  }

  valueEnd(turn: number): number {
    return this.#turns[turn * numbersOfTurn + 2] as number;
  }

  /** The JSON of a member's value; undefined where it is absent. */
  json(place: number): string | undefined {
    const start = this.#starts[place] as number;
    return start < 0 ? undefined : this.#text(start, this.#ends[place] as number);
  }

  /** The value itself; an object that is not looked into is `{}`. */
  value(place: number): unknown {
    const start = this.#starts[place] as number;
    if (start < 0) return undefined;
    return this.#bytes[start] === openBrace ? {} : JSON.parse(this.#text(start, this.#ends[place] as number));
  }

  /** Its other members, `"name":value` each, as they were sent. */
  others(): string[] {
    const texts: string[] = [];
    for (let turn = 0; turn < this.members; turn += 1) {
      if (this.placeOf(turn) === otherPlace)
        texts.push(this.#text(this.nameStart(turn), this.valueEnd(turn)));
    }
    return texts;
  }

  #text(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, end);
  }

  #begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.members = 0;
    this.hasRepeats = false;
    this.#plain = 0;
    const starts = this.#starts;
    // A call of `fill` costs more than these few do.
    for (let place = 0; place < starts.length; place += 1) starts[place] = -1;
  }

  /** Notes which member the name at `at` is, and answers where it ends. */
  #readName(bytes: Buffer, at: number, turn: number): number {
    if (turn * numbersOfTurn === this.#turns.length) this.#makeRoom();
    // Objects of one kind mostly have their members in one order.
    const likely = this.placeOf(turn);
    if (likely >= 0) {
      const quoted = this.#quoted[likely] as Buffer;
      if (standsAt(bytes, quoted, at)) return at + quoted.length;
    }
    scan.isPlain = true;
    const end = skipString(bytes, at);
    if (end !== notJson) this.#turns[turn * numbersOfTurn] = this.#known(bytes, at, end);
    return end;
  }

  #readValue(bytes: Buffer, start: number, turn: number, levels: number): number {
    const nested = this.#nested;
    if (nested && this.placeOf(turn) === nested.place) return nested.slices.read(bytes, start, levels);
    scan.isPlain = true;
    return skipValue(bytes, start, levels);
  }

  #take(turn: number, nameStart: number, start: number, end: number): void {
    this.members = turn + 1;
    const at = turn * numbersOfTurn;
    const place = this.#turns[at] as number;
    this.#turns[at + 1] = nameStart;
    this.#turns[at + 2] = end;
    if (place < 0) return;
    if ((this.#starts[place] as number) >= 0) this.hasRepeats = true;
    if (scan.isPlain) this.#plain |= 1 << place;
    this.#starts[place] = start;
    this.#ends[place] = end;
  }

  #makeRoom(): void {
    const turns = new Int32Array(2 * this.#turns.length).fill(otherPlace);
    turns.set(this.#turns);
    this.#turns = turns;
  }

  #known(bytes: Buffer, start: number, end: number): number {
    const looks = looksOf(bytes[start + 1] as number, end - start);
    for (let place = 0; place < this.#looks.length; place += 1) {
      if (this.#looks[place] === looks && standsAt(bytes, this.#quoted[place] as Buffer, start)) return place;
    }
    return scan.isPlain ? otherPlace : this.#knownByText(this.#text(start, end));
  }

  /** Of a name that may hold escapes. */
  #knownByText(name: string): number {
    if (!name.includes('\\')) return otherPlace;
    const plain = Buffer.from(JSON.stringify(JSON.parse(name)));
    return this.#quoted.findIndex((quoted) => quoted.equals(plain));
  }
}

/** What few names share, and is compared at once: their first letter and their length. */
const looksOf = (first: number, length: number): number => length * 256 + first;

const numbersOfTurn = 3;
const turnsUsual = 64;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
