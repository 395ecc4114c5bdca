"""tests/host/unit_tap.py - unittest that prints TAP.

What:  main(name) runs the tests of a module, a point each, and returns the
       exit status.
See:   docs/testing.md
"""
import sys
import unittest


class Tap(unittest.TestResult):
    """A point each."""

    def point(self, good, test, error=None):
        print(f'{"ok" if good else "not ok"} - {test.id().removeprefix("__main__.")}')
        if error:
            for line in self._exc_info_to_string(error, test).splitlines():
                print(f'# {line}')

    def addSuccess(self, test):
        self.point(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.point(False, test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.point(False, test, err)


def main(name):
    result = Tap()
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules[name]).run(result)
    print(f'1..{result.testsRun}')
    return 0 if result.wasSuccessful() and result.testsRun else 1
