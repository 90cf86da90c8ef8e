export interface NotionPage {
  id: string;
  title: string;
  lastEditedAt: string;
  archived: boolean;
}

export interface NotionPageRow {
  id: string;
  organization_id: string;
  external_id: string;
  title: string;
  content: string;
  last_edited_at: string;
}

export interface NotionSearch {
  text?: string;
  editedAfter?: Date;
  onlyMine?: string;
  pageSize: number;
}
