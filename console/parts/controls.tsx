/** Controls that several views have. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Choice<T extends string> {
  value: T;
  label: string;
}

/** One of a few, as a row of radio buttons. */
export function Segments<T extends string>({
  label,
  name,
  choices,
  value,
  onChoose,
}: {
  label: string;
  name: string;
  choices: Choice<T>[];
  value: T;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="segments">
      <legend class="unseen">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} class={choice.value === value ? 'segment segment-chosen' : 'segment'}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChoose(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Select({
  label,
  value,
  onChoose,
  choices,
  isLabelSeen = true,
}: {
  label: string;
  value: string;
  onChoose: (value: string) => void;
  choices: Choice<string>[];
  isLabelSeen?: boolean;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class={isLabelSeen ? 'field-label' : 'unseen'} for={id}>
        {label}
      </label>
      <select id={id} class="input" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A dialog that keeps the focus inside while it is open; Escape closes it, and the focus goes back where it was. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    const former = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (former instanceof HTMLElement) former.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}
