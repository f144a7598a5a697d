import { Select } from "@mantine/core";

/** A choice between "Name: what it means" texts: the names are listed, the meaning of the chosen one stands below. */
export function ExplainedSelect<Key extends string>({ label, words, value, onChange, error, width }: {
  label: string;
  words: Record<Key, string>;
  value: Key;
  onChange: (value: Key) => void;
  error: string | undefined;
  width?: number;
}) {
  const data = Object.entries<string>(words).map(([key, text]) => ({ value: key, label: text.split(": ")[0] ?? text }));
  const meaning = words[value].split(": ").slice(1).join(": ");
  return (
    <Select
      aria-label={label}
      w={width}
      allowDeselect={false}
      data={data}
      value={value}
      onChange={(chosen) => chosen && onChange(chosen as Key)}
      description={meaning && `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`}
      inputWrapperOrder={["input", "description", "error"]}
      error={error}
    />
  );
}
