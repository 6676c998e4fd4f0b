export function Steps({ names, now }: { names: string[]; now: number }) {
  return (
    <ol className="steps">
      {names.map((name, i) => (
        <li
          key={name}
          className={i < now ? 'steps-done' : i === now ? 'steps-now' : undefined}
          aria-current={i === now ? 'step' : undefined}
        >
          <span className="steps-number">{i + 1}</span>
          {name}
        </li>
      ))}
    </ol>
  );
}
