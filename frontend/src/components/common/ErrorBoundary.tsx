import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { Component, type ReactNode } from "react";

interface Props {
  children: ReactNode;
  /** Shown instead of the whole-page text where only a part broke. */
  fallback?: (retry: () => void) => ReactNode;
  /** A change of this clears the error: another page deserves another try. */
  resetKey?: string;
}
interface State {
  error: Error | null;
  resetKey: string | undefined;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    const retry = (): void => this.setState({ error: null });
    if (this.props.fallback) return this.props.fallback(retry);
    return (
      <Center mih="60vh" p="xl" role="alert">
        <Stack maw={480} gap="sm">
          <Title order={1}>This page stopped working</Title>
          <Text>
            What you saved is safe on the server. Load the page again; if it stops once more, tell your administrator what
            you were doing.
          </Text>
          <Text size="sm" c="dimmed" ff="monospace">
            {this.state.error.message}
          </Text>
          <Button onClick={() => window.location.reload()} w="fit-content">
            Load the page again
          </Button>
        </Stack>
      </Center>
    );
  }
}
