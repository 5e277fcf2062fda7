import type { JudgeTenantPorts } from '../../../../domain/judging/judge-tenant.ts';

/** What ends a process that dies. */
export class Death extends Error {}

interface Fate {
  /** Whether the process dies at this call, before or after it had its effect. */
  dies: () => 'before' | 'after' | undefined;
  /** How long a call takes: others go on meanwhile. */
  turns: () => number;
}

/** The ports of a process that may die at any call of them, and is then done with for good. */
export function dyingPorts(ports: JudgeTenantPorts, { dies, turns }: Fate): JudgeTenantPorts {
  let isDead = false;
  const mortal = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name, receiver) {
        const member = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          if (isDead) throw new Death();
          for (let turn = turns(); turn > 0; turn--) await Promise.resolve();
          const fate = dies();
          if (fate === 'before') return die();
          const answer = await member.apply(target, given);
          if (fate === 'after') return die();
          return answer;
        };
      },
    });
  const die = (): never => {
    isDead = true;
    throw new Death();
  };
  return {
    traffic: mortal(ports.traffic),
    reopened: mortal(ports.reopened),
    store: mortal(ports.store),
    anomalies: mortal(ports.anomalies),
    tweaks: mortal(ports.tweaks),
    watches: mortal(ports.watches),
    queue: mortal(ports.queue),
  };
}
