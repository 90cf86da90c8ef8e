export interface IntercomContact {
  id: string;
  email?: string;
  name?: string;
}

export interface IntercomConversation {
  id: string;
  open: boolean;
  contactIds: string[];
}

export interface IntercomEvent {
  id: string;
  topic: string;
  organizationId: string;
  data: { item: IntercomConversation };
}
