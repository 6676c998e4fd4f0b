interface Tab<T extends string> {
  value: T;
  text: string;
  count?: number | undefined;
  /** The count asks for something. */
  urgent?: boolean;
}

/** Filters of one list; pressed buttons rather than tab panels, because the list below stays the same element. */
export function Tabs<T extends string>({
  label,
  value,
  tabs,
  onChange,
}: {
  label: string;
  value: T;
  tabs: Tab<T>[];
  onChange: (value: T) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a visible legend
    <div className="tabs" role="group" aria-label={label} style={{ padding: '4px 24px 0' }}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          className="tab"
          aria-pressed={tab.value === value}
          onClick={() => onChange(tab.value)}
        >
          {tab.text}
          {tab.count !== undefined && tab.count > 0 && (
            <span className={tab.urgent ? 'count' : 'count count-quiet'}>{tab.count}</span>
          )}
        </button>
      ))}
    </div>
  );
}
