ALTER TABLE `accounts` ADD `modules` text;--> statement-breakpoint
ALTER TABLE `releases` ADD `requires` text DEFAULT '{"modules":[],"scripts":[],"isOpen":false}' NOT NULL;--> statement-breakpoint
ALTER TABLE `scripts` ADD `expose` text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
CREATE TRIGGER accounts_update_revision AFTER UPDATE ON accounts BEGIN UPDATE revision SET value = value + 1; END;
