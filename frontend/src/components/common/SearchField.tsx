import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useDebouncedText } from "./url-state";

/** A search that writes itself to the address when typing pauses. */
export function SearchField({ value, onChange, label, width = 260 }: {
  value: string;
  onChange: (text: string) => void;
  label: string;
  width?: number;
}) {
  const [text, setText] = useDebouncedText(value, onChange);
  return (
    <TextInput
      type="search"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      aria-label={label}
      placeholder={label}
      w={width}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => { setText(""); onChange(""); }} /> : null
      }
    />
  );
}
