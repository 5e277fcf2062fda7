import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowsMethod, matches } from '../../../local/gateway/method-policy.ts';

const arn = 'arn:aws:execute-api:eu-central-1:000000000000:api/local';
const statement = (
  Effect: string,
  Resource: string | string[],
  Action: string | string[] = 'execute-api:Invoke',
) => ({
  Effect,
  Action,
  Resource,
});

describe("an authorizer's policy", () => {
  it('allows what an Allow matches', () => {
    const policy = {
      Statement: [statement('Allow', [`${arn}/GET/v1/whoami`, `${arn}/GET/v1/tenants/T001/*`])],
    };
    expect(allowsMethod(policy, `${arn}/GET/v1/tenants/T001/accounts/a/usage`)).toBe(true);
    expect(allowsMethod(policy, `${arn}/GET/v1/whoami`)).toBe(true);
    expect(allowsMethod(policy, `${arn}/GET/v1/tenants/T0011/usage`)).toBe(false);
    expect(allowsMethod(policy, `${arn}/POST/v1/tenants/T001/events`)).toBe(false);
  });

  it('lets a Deny win, wherever it stands', () => {
    const allow = statement('Allow', `${arn}/*`);
    const deny = statement('Deny', `${arn}/*/v1/tenants/T002/*`, 'execute-api:*');
    for (const Statement of [
      [allow, deny],
      [deny, allow],
    ]) {
      expect(allowsMethod({ Statement }, `${arn}/GET/v1/tenants/T002/usage`)).toBe(false);
      expect(allowsMethod({ Statement }, `${arn}/GET/v1/tenants/T001/usage`)).toBe(true);
    }
  });

  it('allows nothing for another action, nor where there is no statement', () => {
    expect(allowsMethod({ Statement: statement('Allow', '*', 'execute-api:ManageConnections') }, arn)).toBe(
      false,
    );
    expect(allowsMethod({ Statement: [] }, arn)).toBe(false);
    expect(allowsMethod({ Statement: statement('Allow', '*', 'EXECUTE-API:invoke') }, arn)).toBe(true);
  });

  it.each([
    { what: 'no document', policy: {} },
    { what: 'another effect', policy: { Statement: [statement('Maybe', '*')] } },
    {
      what: 'a resource that is no text',
      policy: { Statement: [{ Effect: 'Allow', Action: '*', Resource: 7 }] },
    },
  ])('is none with $what', ({ policy }) => {
    expect(allowsMethod(policy as never, arn)).toBeUndefined();
  });
});

const regex: Record<string, string> = { '*': '.*', '?': '.', '.': '\\.' };

describe("IAM's wildcards", () => {
  it.each([
    ['a*c', 'abbbc', true],
    ['a*c', 'ac', true],
    ['a*c', 'acd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*', '', true],
    ['', '', true],
    ['**/x', 'a/b/x', true],
    ['a.c', 'abc', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('agree with the same pattern as a regular expression', () => {
    const parts = fc.array(fc.constantFrom('a', 'b', '/', '*', '?', '.'), { maxLength: 8 });
    const texts = fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 8 });
    fc.assert(
      fc.property(parts, texts, (pattern, text) => {
        const source = pattern.map((part) => regex[part] ?? part).join('');
        expect(matches(pattern.join(''), text.join(''))).toBe(new RegExp(`^${source}$`).test(text.join('')));
      }),
    );
  });
});
