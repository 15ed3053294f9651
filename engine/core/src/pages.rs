//! A list in pages of one size: it grows without being copied, and what a run takes from the system is what it keeps.

use std::ops::{Index, IndexMut};

/// Items on a page, as a power of two. Few in tests, so that their lists have many pages.
const SHIFT: u32 = if cfg!(debug_assertions) { 4 } else { 14 };
const SIZE: usize = 1 << SHIFT;

/// A list of items that are numbered from 0.
#[derive(Debug, Clone)]
pub struct Pages<T> {
    /// All full but the last.
    pages: Vec<Vec<T>>,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { pages: vec![Vec::new()] }
    }
}

impl<T> Pages<T> {
    /// How many items there are.
    #[inline]
    pub fn len(&self) -> usize {
        let before = self.pages.len() - 1;
        before * SIZE + self.pages[before].len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Append an item.
    #[inline]
    pub fn push(&mut self, item: T) {
        let last = self.pages.len() - 1;
        if self.pages[last].len() < SIZE {
            self.pages[last].push(item);
        } else {
            let mut page = Vec::with_capacity(SIZE);
            page.push(item);
            self.pages.push(page);
        }
    }

    /// The item with a number, if there is one.
    pub fn get(&self, number: usize) -> Option<&T> {
        self.pages.get(number >> SHIFT)?.get(number % SIZE)
    }

    /// The items, by number.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flatten()
    }

    /// The items, by number, and no list any more.
    pub fn into_items(self) -> impl Iterator<Item = T> {
        self.pages.into_iter().flatten()
    }

    /// The items, by number.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pages.iter_mut().flatten()
    }
}

impl<T> Index<usize> for Pages<T> {
    type Output = T;

    #[inline]
    fn index(&self, number: usize) -> &T {
        &self.pages[number >> SHIFT][number % SIZE]
    }
}

impl<T> IndexMut<usize> for Pages<T> {
    #[inline]
    fn index_mut(&mut self, number: usize) -> &mut T {
        &mut self.pages[number >> SHIFT][number % SIZE]
    }
}

impl<T> FromIterator<T> for Pages<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::default();
        items.into_iter().for_each(|item| list.push(item));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_list() {
        for length in [0, 1, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE] {
            let mut list: Pages<usize> = (0..length).collect();
            assert_eq!((list.len(), list.is_empty()), (length, length == 0));
            list.iter_mut().for_each(|item| *item += 1);
            assert_eq!(list.iter().copied().collect::<Vec<_>>(), (1..=length).collect::<Vec<_>>());
            assert_eq!((0..length).map(|number| list[number]).sum::<usize>(), length * (length + 1) / 2);
            assert_eq!((list.get(length), list.get(length.wrapping_sub(1)).copied()), (None, (length > 0).then_some(length)));
        }
    }
}
