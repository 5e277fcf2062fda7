import { StackFault } from '../stack-fault.ts';
import { evaluate, noValue, type Scope } from './intrinsics.ts';
import { type ResourceKind, resourceKinds, type Surroundings } from './resource-kinds.ts';
import type { Template } from './template.ts';

export interface ResolvedResource {
  logicalId: string;
  type: string;
  how: ResourceKind['how'];
  /** What Ref gives: the physical name, URL or ARN. */
  physicalId: string;
  /** Evaluated; empty of what is ignored. */
  properties: Record<string, unknown>;
}

/** The template with every reference resolved, as CloudFormation would have made it. */
export interface ResolvedStack {
  resources: ResolvedResource[];
  ofType(type: string): ResolvedResource[];
  /** Throws where there is no such resource. */
  get(logicalId: string): ResolvedResource;
  attribute(logicalId: string, name: string): string;
}

/** Resolves a compiled template. Throws a StackFault that names every resource type that is not known. */
export function resolveTemplate(template: Template, around: Surroundings): ResolvedStack {
  checkTypes(template);
  const scope = scopeOf(template, around);
  const resources = Object.entries(template.Resources)
    .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
    .map(([logicalId, { Type }]) => {
      const { how } = resourceKinds[Type] as ResourceKind;
      const properties = how === 'ignored' ? {} : scope.properties(logicalId);
      return { logicalId, type: Type, how, physicalId: String(scope.ref(logicalId)), properties };
    });
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  return {
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    get(logicalId) {
      const resource = byId.get(logicalId);
      if (!resource) throw new StackFault(`The template has no resource ${logicalId}.`);
      return resource;
    },
    attribute: (logicalId, name) => String(scope.attribute(logicalId, name)),
  };
}

function checkTypes({ Resources }: Template): void {
  const unknown = Object.entries(Resources).filter(([, { Type }]) => !Object.hasOwn(resourceKinds, Type));
  if (unknown.length === 0) return;
  const names = unknown.map(([logicalId, { Type }]) => `${logicalId} (${Type})`).join(', ');
  throw new StackFault(
    `The template has resources that the local stack does not know: ${names}. local/template/resource-kinds.ts must say what it does with them.`,
  );
}

type TemplateScope = Scope & { properties(logicalId: string): Record<string, unknown> };

function scopeOf(template: Template, around: Surroundings): TemplateScope {
  const pseudo: Record<string, unknown> = {
    'AWS::Region': around.region,
    'AWS::AccountId': around.accountId,
    'AWS::StackName': around.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${around.region}:${around.accountId}:stack/${around.stackName}/local`,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NoValue': noValue,
  };
  const evaluated = new Map<string, Record<string, unknown>>();
  const underWay: string[] = [];

  const resource = (logicalId: string, wanted: string) => {
    const found = template.Resources[logicalId];
    if (!found) throw new StackFault(`The template refers to ${wanted}, which it does not define.`);
    return { found, kind: resourceKinds[found.Type] as ResourceKind };
  };

  const properties = (logicalId: string): Record<string, unknown> => {
    const known = evaluated.get(logicalId);
    if (known) return known;
    if (underWay.includes(logicalId)) {
      throw new StackFault(`The template refers in a circle: ${[...underWay, logicalId].join(' -> ')}.`);
    }
    underWay.push(logicalId);
    const { found } = resource(logicalId, logicalId);
    const value = evaluate(found.Properties ?? {}, scope, logicalId) as Record<string, unknown>;
    underWay.pop();
    evaluated.set(logicalId, value);
    return value;
  };

  /** Only names are needed of what is ignored; its policies may hold what nobody here evaluates. */
  const identity = (logicalId: string) => {
    const { found, kind } = resource(logicalId, logicalId);
    const given = Object.entries(found.Properties ?? {});
    const names = given.filter(([key]) => key.endsWith('Name') || key === 'FifoQueue');
    // What Glue makes has its name in its input.
    const inputs = given
      .filter(([key]) => key.endsWith('Input'))
      .map(([, input]) => input as { Name?: unknown });
    for (const { Name } of inputs) names.push(['Name', Name]);
    const own = evaluate(Object.fromEntries(names), scope, logicalId) as Record<string, unknown>;
    return { kind, identity: { logicalId, properties: own, around } };
  };

  const scope: TemplateScope = {
    properties,
    ref(name) {
      if (Object.hasOwn(pseudo, name)) return pseudo[name];
      const parameter = template.Parameters?.[name];
      if (parameter && !Object.hasOwn(template.Resources, name)) {
        if (parameter.Default === undefined) throw new StackFault(`The parameter ${name} has no default.`);
        return parameter.Default;
      }
      resource(name, name);
      const own = identity(name);
      return own.kind.ref(own.identity);
    },
    attribute(logicalId, name) {
      resource(logicalId, `${logicalId}.${name}`);
      const own = identity(logicalId);
      const give = own.kind.attributes?.[name];
      if (!give) throw new StackFault(`The local stack does not know the attribute ${name} of ${logicalId}.`);
      return give(own.identity);
    },
    condition(name) {
      const condition = template.Conditions?.[name];
      if (condition === undefined) throw new StackFault(`The template has no condition ${name}.`);
      return evaluate(condition, scope, `Conditions.${name}`) === true;
    },
    mapping(map, key, name) {
      const value = template.Mappings?.[map]?.[key]?.[name];
      if (value === undefined) throw new StackFault(`The template has no mapping ${map}.${key}.${name}.`);
      return value;
    },
  };
  return scope;
}
