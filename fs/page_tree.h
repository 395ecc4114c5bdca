/*
 * fs/page_tree.h - the pages of a file by number, inside fs/
 *
 * What:  a radix tree of 64-slot nodes; holes cost nothing.
 * Locks: the owner's, for every call but page_tree_init.
 * Life:  the tree owns one reference to each of its pages.
 */
#ifndef FS_PAGE_TREE_H
#define FS_PAGE_TREE_H

#include <mm/page.h>

struct page_node;

struct page_tree {
	struct page_node *root;
	u32 levels;		/* 0: empty */
	u64 npages;
};

void page_tree_cache_init(void);
/* Borrowed; NULL: a hole. */
struct page *page_tree_find(const struct page_tree *t, u64 index);
/* The same for @n pages from @index on. */
void page_tree_find_run(const struct page_tree *t, u64 index,
			struct page **out, u32 n);
/* The reference passes on success. 0, -EEXIST, -ENOMEM. Never sleeps. */
int page_tree_insert(struct page_tree *t, u64 index, struct page *page);
/* The tree's reference passes to the caller; NULL: a hole. */
struct page *page_tree_remove(struct page_tree *t, u64 index);
/* The first page at *@index or behind it; *@index is then its number. */
struct page *page_tree_next(const struct page_tree *t, u64 *index);

#endif
