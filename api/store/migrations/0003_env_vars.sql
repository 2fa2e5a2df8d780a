CREATE TABLE `env_vars` (
	`account` text NOT NULL,
	`script` text DEFAULT '' NOT NULL,
	`name` text NOT NULL,
	`sealed` text NOT NULL,
	`protected` integer NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`account`, `script`, `name`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TRIGGER env_vars_insert_revision AFTER INSERT ON env_vars BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER env_vars_update_revision AFTER UPDATE ON env_vars BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
CREATE TRIGGER env_vars_delete_revision AFTER DELETE ON env_vars BEGIN UPDATE revision SET value = value + 1; END;
--> statement-breakpoint
-- A foreign key cannot express that "" is no script.
CREATE TRIGGER env_vars_script BEFORE INSERT ON env_vars WHEN NEW.script <> '' AND NOT EXISTS (SELECT 1 FROM scripts WHERE id = NEW.script AND account = NEW.account) BEGIN SELECT RAISE(ABORT, 'a variable of no script of its account'); END;
--> statement-breakpoint
CREATE TRIGGER scripts_delete_env_vars AFTER DELETE ON scripts BEGIN DELETE FROM env_vars WHERE script = OLD.id; END;
