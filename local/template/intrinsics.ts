import { StackFault } from '../stack-fault.ts';

/** What intrinsic functions look things up in. Each throws where it knows no such name. */
export interface Scope {
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, key: string, name: string): unknown;
}

type Evaluate = (argument: unknown, scope: Scope, at: string) => unknown;

/** What `AWS::NoValue` is: the member that holds it is left out. */
export const noValue = Symbol('AWS::NoValue');

/** Evaluates every intrinsic function in the value. `at` says where it stands, for whoever reads the fault. */
export function evaluate(value: unknown, scope: Scope, at: string): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => evaluate(item, scope, `${at}[${index}]`))
      .filter((item) => item !== noValue);
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name !== undefined && isIntrinsic(name)) {
    const apply = intrinsics[name];
    if (!apply) throw new StackFault(`${at}: the local stack does not know ${name}.`);
    return apply(argument, scope, at);
  }
  return Object.fromEntries(
    entries
      .map(([key, item]) => [key, evaluate(item, scope, `${at}.${key}`)] as const)
      .filter(([, item]) => item !== noValue),
  );
}

const isIntrinsic = (name: string): boolean =>
  name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');

const intrinsics: Record<string, Evaluate> = {
  Ref: (name, scope) => scope.ref(String(name)),
  Condition: (name, scope) => scope.condition(String(name)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...names] = Array.isArray(argument)
      ? argument.map(String)
      : String(argument).split('.');
    return scope.attribute(logicalId ?? '', names.join('.'));
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope, at) => {
    const [separator, items] = list(argument, scope, at, 2);
    return arrayOf(items, at).map(String).join(String(separator));
  },
  'Fn::Split': (argument, scope, at) => {
    const [separator, text] = list(argument, scope, at, 2);
    return String(text).split(String(separator));
  },
  'Fn::Select': (argument, scope, at) => {
    const [index, items] = list(argument, scope, at, 2);
    const item = arrayOf(items, at)[Number(index)];
    if (item === undefined) throw new StackFault(`${at}: Fn::Select finds nothing at ${index}.`);
    return item;
  },
  'Fn::If': (argument, scope, at) => {
    const [condition, then, otherwise] = arrayOf(argument, at);
    return evaluate(scope.condition(String(condition)) ? then : otherwise, scope, at);
  },
  'Fn::Equals': (argument, scope, at) => {
    const [left, right] = list(argument, scope, at, 2);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::And': (argument, scope, at) =>
    arrayOf(evaluate(argument, scope, at), at).every((item) => item === true),
  'Fn::Or': (argument, scope, at) => arrayOf(evaluate(argument, scope, at), at).some((item) => item === true),
  'Fn::Not': (argument, scope, at) => arrayOf(evaluate(argument, scope, at), at)[0] !== true,
  'Fn::FindInMap': (argument, scope, at) => {
    const [map, key, name] = list(argument, scope, at, 3).map(String) as [string, string, string];
    return scope.mapping(map, key, name);
  },
  'Fn::Base64': (argument, scope, at) =>
    Buffer.from(String(evaluate(argument, scope, at))).toString('base64'),
  'Fn::ToJsonString': (argument, scope, at) => JSON.stringify(evaluate(argument, scope, at)),
};

/** `${Name}`, `${Name.Attribute}` and `${!literal}`, with variables of its own first. */
function substitute(argument: unknown, scope: Scope, at: string): string {
  const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = evaluate(own, scope, at) as Record<string, unknown>;
  return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return String(variables[name]);
    const [logicalId, ...names] = name.split('.');
    return String(names.length === 0 ? scope.ref(name) : scope.attribute(logicalId ?? '', names.join('.')));
  });
}

function list(argument: unknown, scope: Scope, at: string, length: number): unknown[] {
  const items = arrayOf(evaluate(argument, scope, at), at);
  if (items.length !== length)
    throw new StackFault(`${at}: ${length} arguments were expected, not ${items.length}.`);
  return items;
}

function arrayOf(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value))
    throw new StackFault(`${at}: a list was expected, not ${JSON.stringify(value)}.`);
  return value;
}
