/** The policy that an authorizer answers. Whatever stands in it may be one or a list. */
export interface PolicyDocument {
  Version?: string;
  Statement: PolicyStatement | PolicyStatement[];
}

interface PolicyStatement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
}

const invoke = 'execute-api:Invoke';

/**
 * Whether the policy lets the method be invoked, as IAM decides: a Deny that matches wins, otherwise an Allow
 * that matches is needed. Undefined where the document is none.
 */
export function allowsMethod(policy: PolicyDocument, methodArn: string): boolean | undefined {
  const statements = listOf(policy?.Statement);
  if (!statements.every(isStatement)) return undefined;
  const effects = statements
    .filter(({ Action }) =>
      listOf(Action).some((pattern) => matches(pattern.toLowerCase(), invoke.toLowerCase())),
    )
    .filter(({ Resource }) => listOf(Resource).some((pattern) => matches(pattern, methodArn)))
    .map(({ Effect }) => Effect);
  return !effects.includes('Deny') && effects.includes('Allow');
}

function isStatement(statement: PolicyStatement | undefined): statement is PolicyStatement {
  const { Effect, Action, Resource } = statement ?? {};
  const areTexts = (value: unknown) => listOf(value).every((item) => typeof item === 'string');
  return (Effect === 'Allow' || Effect === 'Deny') && areTexts(Action) && areTexts(Resource);
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** IAM's wildcards: `*` stands for any characters, slashes too, `?` for one. In time linear in practice. */
export function matches(pattern: string, text: string): boolean {
  let inText = 0;
  let inPattern = 0;
  let star = -1;
  let starText = 0;
  while (inText < text.length) {
    const expected = pattern[inPattern];
    if (expected === '*') {
      star = inPattern++;
      starText = inText;
    } else if (expected === '?' || expected === text[inText]) {
      inPattern++;
      inText++;
    } else if (star !== -1) {
      inPattern = star + 1;
      inText = ++starText;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
