import { useState } from 'preact/hooks';
import type { Account, TenantConfig } from '../api/answers.ts';
import { amountUnits } from '../format/amount.ts';
import { readQuantity } from '../format/quantity.ts';
import { Dialog, Segments, Select } from '../parts/controls.tsx';
import { FaultNote } from '../parts/surface.tsx';
import { Name } from '../parts/text.tsx';
import { askTenant } from '../session/session.ts';
import { unitOf } from '../session/tenant-config.ts';
import { type AccountDraft, changeOf, draftOf, type LimitDraft, planLimit } from './account-change.ts';

interface ChangeProps {
  account: Account;
  config: TenantConfig;
  onClose: () => void;
  onSaved: (words: string) => void;
}

/** Changes an account's plan and limits: what is to change is shown once more before it is sent. */
export function ChangeAccount({ account, config, onClose, onSaved }: ChangeProps) {
  const [draft, setDraft] = useState<AccountDraft>(() => draftOf(account, config));
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [words, setWords] = useState<string[]>();
  const change = changeOf(draft, account, config);

  const review = (event: Event) => {
    event.preventDefault();
    if ('faults' in change) return setFaults(change.faults);
    setFaults({});
    if (change.words.length > 0 || Object.keys(change.body).length > 0) setWords(change.words);
  };

  if (words && 'body' in change) {
    return (
      <Confirm
        account={account}
        words={words}
        body={change.body}
        onBack={() => setWords(undefined)}
        onSaved={onSaved}
      />
    );
  }
  const isNothing = 'body' in change && Object.keys(change.body).length === 0;
  const plans = new Set([
    ...(config.plans ?? []).map(({ name }) => name),
    ...(account.plan ? [account.plan] : []),
  ]);
  return (
    <Dialog title="Change plan or limits" onClose={onClose}>
      <p class="dialog-of">
        <Name text={account.accountId} />
      </p>
      <form onSubmit={review} noValidate>
        {plans.size > 0 && (
          <Select
            label="Plan"
            value={draft.plan}
            choices={[...plans].map((name) => ({ value: name, label: name }))}
            onChoose={(plan) => setDraft({ ...draft, plan })}
          />
        )}
        {draft.limits.map((limit) => (
          <LimitField
            key={limit.meter}
            limit={limit}
            unit={unitOf(config, limit.meter)}
            ofPlan={planLimit(config, draft.plan, limit.meter)?.perCycle}
            fault={faults[limit.meter]}
            onChange={(changed) => {
              const { [changed.meter]: _, ...others } = faults;
              setFaults(others);
              setDraft({
                ...draft,
                limits: draft.limits.map((each) => (each.meter === changed.meter ? changed : each)),
              });
            }}
          />
        ))}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-main" disabled={isNothing}>
            Review change
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface LimitFieldProps {
  limit: LimitDraft;
  unit: string | undefined;
  ofPlan: number | undefined;
  fault: string | undefined;
  onChange: (limit: LimitDraft) => void;
}

function LimitField({ limit, unit, ofPlan, fault, onChange }: LimitFieldProps) {
  const { meter } = limit;
  const id = `limit-${meter}`;
  const units = amountUnits(unit);
  return (
    <fieldset class="limit-field">
      <legend>{meter}</legend>
      <Segments
        label={`Limit of ${meter}`}
        name={`own-${meter}`}
        choices={[
          {
            value: 'plan',
            label: `As the plan: ${ofPlan === undefined ? 'no limit' : readQuantity(ofPlan, unit).text}`,
          },
          { value: 'own', label: 'Own limit' },
        ]}
        value={limit.isOwn ? 'own' : 'plan'}
        onChoose={(value) => onChange({ ...limit, isOwn: value === 'own' })}
      />
      {limit.isOwn && (
        <div class="limit-amount">
          <label class="field">
            <span class="field-label">A cycle</span>
            <input
              id={id}
              class="input"
              inputMode="decimal"
              value={limit.text}
              aria-invalid={fault !== undefined}
              aria-describedby={fault ? `${id}-fault` : undefined}
              onInput={(event) => onChange({ ...limit, text: event.currentTarget.value })}
            />
          </label>
          {units.length > 1 && (
            <Select
              label={`Unit of ${meter}`}
              isLabelSeen={false}
              value={limit.unit.name}
              choices={units.map(({ name }) => ({ value: name, label: name }))}
              onChoose={(name) =>
                onChange({ ...limit, unit: units.find((each) => each.name === name) ?? limit.unit })
              }
            />
          )}
          <Select
            label="When it is reached"
            value={limit.onReached}
            choices={[
              { value: 'suspend', label: 'Suspend the account' },
              { value: 'notify', label: 'Tell only' },
            ]}
            onChoose={(value) => onChange({ ...limit, onReached: value === 'notify' ? 'notify' : 'suspend' })}
          />
        </div>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}

function Confirm({
  account,
  words,
  body,
  onBack,
  onSaved,
}: {
  account: Account;
  words: string[];
  body: object;
  onBack: () => void;
  onSaved: (words: string) => void;
}) {
  const [state, setState] = useState<{ isSaving: boolean; fault?: unknown }>({ isSaving: false });
  const save = async () => {
    setState({ isSaving: true });
    try {
      await askTenant<Account>({ path: ['accounts', account.accountId], method: 'PUT', body });
      onSaved('The change is in force.');
    } catch (fault) {
      setState({ isSaving: false, fault });
    }
  };
  return (
    <Dialog title="Make this change?" onClose={onBack}>
      <p class="dialog-of">
        <Name text={account.accountId} />
      </p>
      <ul class="change-words">
        {words.map((word) => (
          <li key={word}>
            <bdi>{word}</bdi>
          </li>
        ))}
        {words.length === 0 && <li>Its own limits become those of its plan.</li>}
      </ul>
      <p class="muted">
        It is in force within seconds.{' '}
        {account.status === 'suspended'
          ? 'If the new limit is above the usage, the account is open again.'
          : 'An account over its new limit is suspended, if that is what the limit says.'}
      </p>
      {state.fault !== undefined && <FaultNote fault={state.fault} />}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onBack}>
          Back
        </button>
        <button
          type="button"
          class="button button-main"
          disabled={state.isSaving}
          onClick={() => void save()}
        >
          {state.isSaving ? 'Saving …' : 'Make the change'}
        </button>
      </div>
    </Dialog>
  );
}
