import type { Method, RouteNode } from './rest-api.ts';

export interface FoundMethod {
  method: Method;
  /** By name, as they stand in the path: still percent-encoded. */
  pathParameters: Record<string, string>;
}

/**
 * The method that serves this path as it was sent. Segments are compared as they are, so `%2e%2e`, `..` and
 * `%2F` are values of a parameter like any other; an empty segment is nobody's value.
 */
export function findMethod(root: RouteNode, httpMethod: string, path: string): FoundMethod | undefined {
  const found = findNode(root, path.split('/').slice(1), {});
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
  if (!node.parameter) return undefined;
  const name = /\{(\w+)\}$/.exec(node.parameter.resourcePath)?.[1] ?? '';
  return findNode(node.parameter, rest, { ...pathParameters, [name]: segment });
}
