/** Names and values, one below the other. */

export interface FactsProps {
  /** `code` sets a value in the typeface for serial numbers and paths. */
  facts: readonly { name: string; value: string; code?: boolean }[];
}

export function Facts({ facts }: FactsProps) {
  return (
    <dl class="facts">
      {facts.map(({ name, value, code }) => (
        <>
          <dt>{name}</dt>
          <dd class={code ? "code" : undefined}>{value}</dd>
        </>
      ))}
    </dl>
  );
}
