/** What is wrong with a member of a JSON document; `path` is a JSON pointer, '' the whole document. */
export interface Fault {
  path: string;
  detail: string;
}

/** A document of which any member may still be missing, because it had a fault. */
export type Draft<T> = T extends (infer E)[]
  ? (Draft<E> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Draft<T[K]> | undefined }
    : T;

/** What a value must be. `read` answers what is right of it and adds a fault for whatever is not. */
export interface Shape<T> {
  /** Completes 'must be …'. */
  rule: string;
  read(value: unknown, path: string, faults: Faults): Draft<T> | undefined;
}

/** Nobody mends more at once, and a hostile document must not make a larger answer than itself. */
const faultsMax = 100;
const pathNameCharactersMax = 80;

export class Faults {
  readonly list: Fault[] = [];

  add(path: string, detail: string): void {
    if (this.list.length < faultsMax) this.list.push({ path, detail });
    else if (this.list.length === faultsMax) {
      this.list.push({ path: '', detail: `has more faults: the first ${faultsMax} are listed` });
    }
  }
}

/** The path of a member, by RFC 6901; a very long name is cut. */
export function pathTo(path: string, name: string | number): string {
  const text = String(name);
  const shown = text.length > pathNameCharactersMax ? `${text.slice(0, pathNameCharactersMax)}…` : text;
  return `${path}/${shown.replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed()}`;
}

/** A value that is right or wrong as a whole. */
export function leaf<T extends string | number | boolean>(
  rule: string,
  isRight: (value: unknown) => boolean,
): Shape<T> {
  return {
    rule,
    read(value, path, faults) {
      if (isRight(value)) return value as Draft<T>;
      faults.add(path, `must be ${rule}`);
      return undefined;
    },
  };
}

export const boolean = leaf<boolean>('true or false', (value) => typeof value === 'boolean');

export const integer = (min: number, max: number): Shape<number> =>
  leaf(
    `an integer from ${min} to ${max}`,
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  );

export const oneOf = <T extends string>(...values: T[]): Shape<T> =>
  leaf(values.map((value) => `"${value}"`).join(' or '), (value) => values.includes(value as T));

export const matching = (pattern: RegExp): Shape<string> =>
  leaf(
    `a string that matches ${pattern.source}`,
    (value) => typeof value === 'string' && pattern.test(value),
  );

/** A text that no log, key or page trips over. */
export const text = (charactersMax: number): Shape<string> =>
  leaf(
    `a string of 1 to ${charactersMax} characters, at most ${2 * charactersMax} bytes of UTF-8, no control characters or lone surrogates`,
    (value) => typeof value === 'string' && isText(value, charactersMax),
  );

function isText(value: string, charactersMax: number): boolean {
  // Two code units a character at most: what is longer need not be looked at.
  if (value.length === 0 || value.length > 2 * charactersMax) return false;
  return (
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value) &&
    [...value].length <= charactersMax &&
    utf8Bytes(value) <= 2 * charactersMax
  );
}

export const utf8Bytes = (value: string): number => new TextEncoder().encode(value).length;

export function list<E>(element: Shape<E>, { min = 0, max }: { min?: number; max: number }): Shape<E[]> {
  const rule = `a list of ${min === 0 ? 'at most' : `${min} to`} ${max}`;
  return {
    rule,
    read(value, path, faults) {
      if (Array.isArray(value) && value.length >= min && value.length <= max) {
        return value.map((item, index) => element.read(item, pathTo(path, index), faults)) as Draft<E[]>;
      }
      faults.add(path, `must be ${rule}${Array.isArray(value) ? `, not of ${value.length}` : ''}`);
      return undefined;
    },
  };
}

/** An object with names of the sender's choice. */
export function dictionary<V>(name: Shape<string>, value: Shape<V>, max: number): Shape<Record<string, V>> {
  const rule = `an object with at most ${max} members`;
  return {
    rule,
    read(given, path, faults) {
      if (!isObject(given) || Object.keys(given).length > max) {
        faults.add(path, `must be ${rule}`);
        return undefined;
      }
      const entries = Object.entries(given).map(([key, item]) => {
        name.read(key, pathTo(path, key), faults);
        return [key, value.read(item, pathTo(path, key), faults)];
      });
      // Defines own members, `__proto__` among them, where an assignment would set the prototype.
      return Object.fromEntries(entries);
    },
  };
}

export interface Member<V> {
  shape: Shape<V>;
  isRequired: boolean;
  fallback?: V;
}

export const required = <V>(shape: Shape<V>): Member<V> => ({ shape, isRequired: true });

/** A member that may be absent; without a fallback it then stays so. */
export const optional = <V>(shape: Shape<V>, ...fallback: [] | [V]): Member<V> => ({
  shape,
  isRequired: false,
  ...(fallback.length === 1 && { fallback: fallback[0] }),
});

type Members<T> = { [K in keyof T]-?: Member<NonNullable<T[K]>> };

/** An object with these members and no others; those in `ignored` may be there and are dropped. */
export function object<T extends object>(
  members: Members<T>,
  ignored: Record<string, Shape<unknown>> = {},
): Shape<T> {
  const names = Object.keys(members);
  const rule = `an object with ${names.join(', ')}`;
  return {
    rule,
    read(value, path, faults) {
      if (!isObject(value)) {
        faults.add(path, `must be ${rule}`);
        return undefined;
      }
      const draft: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(members) as [string, Member<unknown>][]) {
        const at = pathTo(path, name);
        const isGiven = Object.hasOwn(value, name) && value[name] !== undefined;
        if (isGiven) draft[name] = member.shape.read(value[name], at, faults);
        else if (member.isRequired) faults.add(at, `is missing: it must be ${member.shape.rule}`);
        else if ('fallback' in member) draft[name] = structuredClone(member.fallback);
      }
      for (const name of Object.keys(value)) {
        if (Object.hasOwn(ignored, name)) ignored[name]?.read(value[name], pathTo(path, name), faults);
        else if (!Object.hasOwn(members, name)) {
          faults.add(pathTo(path, name), `is not known here: the members are ${names.join(', ')}`);
        }
      }
      return draft as Draft<T>;
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
