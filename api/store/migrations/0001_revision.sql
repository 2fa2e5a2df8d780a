INSERT INTO revision (id, value) VALUES (1, 1);
--> statement-breakpoint
CREATE TRIGGER scripts_insert_revision AFTER INSERT ON scripts BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER scripts_update_revision AFTER UPDATE ON scripts BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER scripts_delete_revision AFTER DELETE ON scripts BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER assignments_insert_revision AFTER INSERT ON assignments BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER assignments_update_revision AFTER UPDATE ON assignments BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER assignments_delete_revision AFTER DELETE ON assignments BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER customers_insert_revision AFTER INSERT ON customers BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER customers_update_revision AFTER UPDATE ON customers BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER customers_delete_revision AFTER DELETE ON customers BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER tokens_insert_revision AFTER INSERT ON tokens BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER tokens_update_revision AFTER UPDATE ON tokens BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER tokens_delete_revision AFTER DELETE ON tokens BEGIN UPDATE revision SET value = value + 1; END;
