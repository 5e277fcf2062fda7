import type { Method, RouteNode } from './rest-api.ts';

export interface FoundMethod {
  method: Method;
  /** By name, as they stand in the path: still percent-encoded. */
  pathParameters: Record<string, string>;
}

/**
 * The method that serves this path as it was sent. Segments are compared as they are, so `%2e%2e`, `..` and
 * `%2F` are values of a parameter like any other; an empty segment is nobody's value. A slash at the end leads
 * where the path without it leads; the path that is handed on keeps it.
 */
export function findMethod(root: RouteNode, httpMethod: string, path: string): FoundMethod | undefined {
  const found = findNode(
    root,
    path
      .replace(/(?<=[^/])\/$/, '')
      .split('/')
      .slice(1),
    {},
  );
  const method = found?.node.methods.get(httpMethod) ?? found?.node.methods.get('ANY');
  return found && method && { method, pathParameters: found.pathParameters };
}

function findNode(
  node: RouteNode,
  segments: string[],
  pathParameters: Record<string, string>,
): { node: RouteNode; pathParameters: Record<string, string> } | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined) return { node, pathParameters };
  if (segment === '') return undefined;
  const literal = node.literals.get(segment);
  if (literal) return findNode(literal, rest, pathParameters);
  const child = node.parameter ?? node.greedy;
  if (!child) return undefined;
  const name = /\{(\w+)\+?\}$/.exec(child.resourcePath)?.[1] ?? '';
  const [value, left] = child === node.parameter ? [segment, rest] : [segments.join('/'), []];
  return findNode(child, left, { ...pathParameters, [name]: value });
}
